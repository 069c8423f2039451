"""What readers are made of: what several of them share, and the parts of those that would be too long for one file."""
