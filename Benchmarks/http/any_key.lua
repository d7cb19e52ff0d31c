-- GET of one of N entities with one of the keys of a file, another one each time: -- N PREFIX FILE
package.path = debug.getinfo(1, "S").source:match("^@(.*/)") .. "?.lua;" .. package.path
require("common")

local n, prefix, base
local keys = {}
function init(args)
  n, prefix, base = tonumber(args[1]), args[2], wrk.path
  for key in io.lines(args[3]) do keys[#keys + 1] = "Bearer " .. key end
  math.randomseed(42)
  wrk.headers["Accept"] = "application/json"
end

function request()
  wrk.headers["Authorization"] = keys[math.random(#keys)]
  return wrk.format("GET", base .. "/entities/urn:ngsi-ld:Vehicle:" .. prefix .. math.random(0, n - 1))
end
