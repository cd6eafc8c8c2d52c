"""What a frozen encoder's tokens hold."""
