"""Local server for exports with TF Serving's REST and gRPC interfaces, for laptops and tests, and with the explorer."""
