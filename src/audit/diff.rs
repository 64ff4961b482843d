//! What is different between two states, field by field.
//!
//! Objects are compared member by member, and everything else, arrays as well, as one value: an array of an aggregate's
//! state is a set or a list of which no member has a place of its own.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// What happened to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// It was not there before.
    Add,
    /// It is not there any more.
    Remove,
    /// It has another value.
    Replace,
}

/// A field that is different.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Change {
    /// Where it is: a JSON pointer (RFC 6901).
    pub path: String,
    /// What happened to it.
    pub op: Operation,
    /// The value before; null for one that was not there.
    #[schema(value_type = Object, nullable, required)]
    pub before: Value,
    /// The value after; null for one that is not there.
    #[schema(value_type = Object, nullable, required)]
    pub after: Value,
}

/// Every field that is different, in the order of the paths.
#[must_use]
pub fn changes(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<Change> {
    let mut changes = Vec::new();
    compare("", before, after, &mut changes);
    changes
}

fn compare(path: &str, before: &Map<String, Value>, after: &Map<String, Value>, changes: &mut Vec<Change>) {
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let path = format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"));
        let (op, old, new) = match (before.get(name), after.get(name)) {
            (Some(Value::Object(old)), Some(Value::Object(new))) if !is_marker(old) && !is_marker(new) => {
                compare(&path, old, new, changes);
                continue;
            }
            (Some(old), Some(new)) if old == new => continue,
            (Some(old), Some(new)) => (Operation::Replace, old.clone(), new.clone()),
            (Some(old), None) => (Operation::Remove, old.clone(), Value::Null),
            (None, new) => (Operation::Add, Value::Null, new.cloned().unwrap_or_default()),
        };
        changes.push(Change { path, op, before: old, after: new });
    }
}

/// Whether an object stands for one value, personal or secret.
fn is_marker(object: &Map<String, Value>) -> bool {
    object.keys().any(|key| key.starts_with('$'))
}

/// The state after these changes: what makes the first of two states the second.
///
/// # Errors
/// The path of a change that does not fit.
pub fn applied(mut state: Map<String, Value>, changes: &[Change]) -> Result<Map<String, Value>, String> {
    for Change { path, op, before, after } in changes {
        let misfit = || path.clone();
        let (parent, name) = path.rsplit_once('/').ok_or_else(misfit)?;
        let name = name.replace("~1", "/").replace("~0", "~");
        let mut object = &mut state;
        for part in parent.split('/').skip(1) {
            let part = part.replace("~1", "/").replace("~0", "~");
            object = object.get_mut(&part).and_then(Value::as_object_mut).ok_or_else(misfit)?;
        }
        let old = match op {
            Operation::Remove => object.remove(&name),
            Operation::Add | Operation::Replace => object.insert(name, after.clone()),
        };
        let fits = if *op == Operation::Add { old.is_none() } else { old.as_ref() == Some(before) };
        if !fits {
            return Err(misfit());
        }
    }
    Ok(state)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn object(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn fields_are_told_by_where_they_are() {
        let before = json!({"a": 1, "b": {"x/y": 1, "z": [1]}, "gone": null, "same": {"k": "v"}, "p": {"$personal": "1"}});
        let after = json!({"a": {"n": 1}, "b": {"x/y": 2, "z": [1, 2], "~": 0}, "same": {"k": "v"}, "p": {"$erased": true}});
        let told: Vec<_> = changes(&object(&before), &object(&after))
            .into_iter()
            .map(|change| (change.path, change.op, change.before, change.after))
            .collect();
        assert_eq!(
            told,
            [
                ("/a".to_owned(), Operation::Replace, json!(1), json!({"n": 1})),
                ("/b/x~1y".to_owned(), Operation::Replace, json!(1), json!(2)),
                ("/b/z".to_owned(), Operation::Replace, json!([1]), json!([1, 2])),
                ("/b/~0".to_owned(), Operation::Add, json!(null), json!(0)),
                ("/gone".to_owned(), Operation::Remove, json!(null), json!(null)),
                ("/p".to_owned(), Operation::Replace, json!({"$personal": "1"}), json!({"$erased": true})),
            ]
        );
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (0_u8..4).prop_map(Value::from),
            "[ab]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map("[a~/$0]{0,2}", inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    fn any_state() -> impl Strategy<Value = Map<String, Value>> {
        prop::collection::btree_map("[abc~/]{0,2}", any_value(), 0..5)
            .prop_map(|members| members.into_iter().collect())
    }

    proptest! {
        #[test]
        fn the_changes_make_the_first_state_the_second(before in any_state(), after in any_state()) {
            let changes = changes(&before, &after);
            prop_assert_eq!(changes.is_empty(), before == after);
            prop_assert_eq!(applied(before, &changes), Ok(after));
        }
    }
}
