"""Air quality: days, index and attainment under the rules of a date."""
