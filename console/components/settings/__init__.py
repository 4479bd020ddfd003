"""The settings of an organisation and its projects."""
