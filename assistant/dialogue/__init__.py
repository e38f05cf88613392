"""Questions understood and answered by rules: what the asker has against a bar, what an application comes to, what if.

Everything that is counted, compared or ruled is a `Result` of a pure function of this package; wording comes after.
"""
