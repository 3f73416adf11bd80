"""Transaction sets that acknowledge syntax: 997 and 999. What is not here does not belong to them."""

ACKNOWLEDGMENTS = {
    "997": "AK1! (AK2 (AK3 AK4:99)* AK5!)* AK9!",
    "999": "AK1! (AK2 (IK3 CTX:10 (IK4 CTX:10)*)* IK5!)* AK9!",
}
