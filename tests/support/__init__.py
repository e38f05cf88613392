"""What tests of several rooms share: installations, people, samples of files, a model's endpoint, databases."""
