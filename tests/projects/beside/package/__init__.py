from package.near import double
