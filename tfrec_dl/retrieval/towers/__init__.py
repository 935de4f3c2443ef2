"""Item and user towers, which turn indices or features into vectors."""
