"""Rules of a request: what may be recommended, what is preferred, how varied the list is."""
