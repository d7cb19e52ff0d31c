-- POST of a batch of new entities: -- SIZE
package.path = debug.getinfo(1, "S").source:match("^@(.*/)") .. "?.lua;" .. package.path
require("common")

local tag, base, i, size
function init(args)
  tag, base, i, size = fresh("B"), wrk.path, 0, tonumber(args[1])
  wrk.headers["Content-Type"] = "application/json"
end

function request()
  local batch = {}
  for k = 1, size do
    i = i + 1
    batch[k] = entity("urn:ngsi-ld:Vehicle:" .. tag .. i, i)
  end
  return wrk.format("POST", base .. "/entityOperations/create", nil, "[" .. table.concat(batch, ",") .. "]")
end
