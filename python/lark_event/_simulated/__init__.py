"""The platform's side of the long connection, simulated on loopback.

`platform` is what others use; `connections` is what goes on in it but events, `delivery` an event on its way,
`endpoint` the question where to connect to, `faults` what goes wrong at random, and `script` what is to happen in which
order.
"""
