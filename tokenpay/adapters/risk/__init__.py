"""What says how suspicious a payment is: named rules, and a model of each customer's habit."""
