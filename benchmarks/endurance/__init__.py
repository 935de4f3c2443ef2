"""What a long life brings: kills, hostile inputs, and versions that change under a server's threads.

    python -m benchmarks.endurance kills --kills 1000
    python -m benchmarks.endurance inputs --requests 6000 --tables 3500 --run-folders 500
    python -m benchmarks.endurance threads --minutes 10

Each prints how far it is, a table at the end, and has status 1 where something did not hold.
"""
