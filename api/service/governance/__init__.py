"""What policy staff do: versions of the policy, trials of them, questions that want an answer, approved answers."""
