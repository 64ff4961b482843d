-- The person's row goes; that somebody was there on those days stays counted.
DELETE FROM visitors v USING incoming i WHERE v.user_id = i.aggregate_id::uuid
