"""Answers to questions about the policy and about an application, with verified citations."""
