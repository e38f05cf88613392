"""Answers with a language model that asks tools: it decides what to look up, code counts, rules and checks.

The answer without a model always comes first (`r1`) and is what is given wherever the model fails.
"""
