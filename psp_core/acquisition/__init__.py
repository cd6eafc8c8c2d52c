"""Files as they are downloaded (DICOM, NIfTI, RT objects) to arrays in LPS mm and Gy.

Nothing here knows a study, a cohort or a label. Import from the modules:
``index`` (what is on the disk), ``volume``, ``structures``, ``dose``, ``plan``.
"""
