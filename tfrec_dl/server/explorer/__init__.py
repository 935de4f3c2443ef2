"""The explorer: a web page that queries the server, and the item data that it needs besides ids."""
