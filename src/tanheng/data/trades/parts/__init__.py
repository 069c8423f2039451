"""What readers of physical trade share."""
