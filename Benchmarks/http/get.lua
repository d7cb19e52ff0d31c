-- GET of the URL on the command line.
package.path = debug.getinfo(1, "S").source:match("^@(.*/)") .. "?.lua;" .. package.path
require("common")

wrk.headers["Accept"] = "application/json"
