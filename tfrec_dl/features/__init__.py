"""What reads the features of items, users and impressions: text, pictures, categories, numbers."""
