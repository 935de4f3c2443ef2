"""Exports -> TF Serving's REST and gRPC interfaces on this machine, for laptops and tests, and the explorer."""
