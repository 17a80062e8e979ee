"""From a dropped file to a receipt and rows of bronze.

``contracts`` say what a feed must look like, ``reading`` turns files into text records,
``validation`` checks columns, ``intake`` joins the three, ``vault`` keeps what may not reach the
lake, ``simulator`` writes made-up drops.
"""
