"""Item and user towers: indices or features -> vectors."""
