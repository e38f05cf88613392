"""Judging and answering: rules over facts, retrieval over passages, answers with verified citations."""
