// Imported before anything else: the logger reads the name of the process when it is loaded.
process.env.SPILLWAY_PART ??= 'worker'
