"""What a customer's movements say of a payment: named rules, the typologies they make up, and what a scorer answers."""
