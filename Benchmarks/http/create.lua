-- POST of one new entity.
package.path = debug.getinfo(1, "S").source:match("^@(.*/)") .. "?.lua;" .. package.path
require("common")

local tag, base, i
function init()
  tag, base, i = fresh("C"), wrk.path, 0
  wrk.headers["Content-Type"] = "application/json"
end

function request()
  i = i + 1
  return wrk.format("POST", base .. "/entities", nil, entity("urn:ngsi-ld:Vehicle:" .. tag .. i, i))
end
