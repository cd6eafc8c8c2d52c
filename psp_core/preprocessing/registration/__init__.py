"""Rigid registration of one patient's volumes, and how far to believe it.

``rigid.register_rigid`` finds the map, ``quality`` measures it by what was not
optimised, ``ct_brain`` gives the planning CT a brain to compare with.
"""
