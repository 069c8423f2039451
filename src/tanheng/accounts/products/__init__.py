"""Questions to product systems and to the trade in products: bottom up, from cradle to grave."""
