"""Endurance tests: kills, hostile inputs, and versions that change while a server's threads use them.

    python -m benchmarks.endurance kills --kills 1000
    python -m benchmarks.endurance inputs --requests 6000 --tables 3500 --run-folders 500
    python -m benchmarks.endurance threads --minutes 10

Each prints its progress and a table at the end. The exit status is 1 if a check failed.
"""
