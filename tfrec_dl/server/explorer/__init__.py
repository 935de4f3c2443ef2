"""The explorer: a page in the browser that asks the server, and what it has to know of items beside their ids."""
