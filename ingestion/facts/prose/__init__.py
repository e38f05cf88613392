"""What is known of a sentence: whose it is, whose words, which periods, what takes it away."""
