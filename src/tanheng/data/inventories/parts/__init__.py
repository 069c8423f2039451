"""What readers of inventories are made of: what several of them share, and parts of those too long for one file."""
