"""Small synthetic tables, on which a command takes a few seconds at most."""

import random
from pathlib import Path

USERS, ITEMS, NEW_ITEMS, LENGTH = 40, 20, 4, 9


def write_tables(folder: Path) -> None:
    """Interactions, features of items, impressions and reviews."""
    draw = random.Random(0)
    rows = [
        (f"u{user}", f"i{(user + at * draw.randint(1, 2)) % ITEMS}", at)
        for user in range(USERS)
        for at in range(LENGTH)
    ]
    titles = [f"i{item},{draw.choice(['red', 'blue', 'green'])} thing i{item}" for item in range(ITEMS + NEW_ITEMS)]
    lines = {
        "clicks.csv": ["user_id,item_id,timestamp", *(f"{user},{item},{at}" for user, item, at in rows)],
        "items.csv": ["item_id,title", *titles[:ITEMS]],
        "new.csv": ["item_id,title", *titles[ITEMS:]],
        "shown.csv": [
            "user_id,item_id,timestamp,click",
            *(f"{user},{item},{at},{draw.randint(0, 1)}" for user, item, at in rows),
        ],
        "reviews.csv": [
            "user_id,item_id,rating,review",
            *(f"{user},{item},{draw.randint(1, 5)},a {draw.choice(['good', 'bad'])} one" for user, item, _ in rows),
        ],
    }
    for name, text in lines.items():
        (folder / name).write_text("\n".join(text) + "\n")
