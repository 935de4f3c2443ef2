"""Rules of a request: what may be recommended, what is preferred, and how varied the list is."""
