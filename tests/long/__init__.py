"""The goals of resistance at their full size. What the suite shows in small, `python -m tests.long` shows in large."""
