"""The reading of texts: messages to learn from and to judge by, training, figures."""
