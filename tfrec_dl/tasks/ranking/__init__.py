"""The ranking stage: candidates in the order of what their users will do."""
