"""SavedModels for TF Serving: publishing a version, signatures, warm-up; loading an export."""
