"""Who gets in, as whom, to what; and what every request passes."""
