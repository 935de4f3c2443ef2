"""Run folders, resuming, devices, optimisers, schedules."""
