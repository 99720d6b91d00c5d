"""What is run inside the walls; it imports nothing of ours."""
