"""Item attributes in an export, on which requests can set conditions."""
