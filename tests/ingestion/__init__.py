"""From files to facts: what is read, what it says, and the policy that asks for it."""
