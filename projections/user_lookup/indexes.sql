-- What the questions ask by. The statements of on/ know the key, so a build makes these after the rows.
-- Not unique: the claims decide that, and a read model promises no order between streams.
CREATE INDEX user_lookup_by_username ON user_lookup (username_key);
CREATE INDEX user_lookup_by_email ON user_lookup (email);
CREATE INDEX user_lookup_by_phone ON user_lookup (phone);
CREATE INDEX user_lookup_with_roles ON user_lookup (username_key) WHERE roles <> '{}';
