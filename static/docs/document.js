// Reading an OpenAPI 3.1 document: its operations by tag, its references, and names for what it describes.

/**
 * @typedef {{ $ref?: string, type?: string | string[], format?: string, description?: string, enum?: unknown[],
 *   const?: unknown, items?: Schema, properties?: Record<string, Schema>, required?: string[], allOf?: Schema[],
 *   oneOf?: Schema[], anyOf?: Schema[], additionalProperties?: Schema | boolean, example?: unknown, default?: unknown,
 *   minimum?: number, maximum?: number, minLength?: number, maxLength?: number, pattern?: string }} Schema
 * @typedef {Record<string, { schema?: Schema }>} Content
 * @typedef {{ $ref?: string, name: string, in: string, required?: boolean, description?: string, schema?: Schema }} Parameter
 * @typedef {{ $ref?: string, description?: string, content?: Content, headers?: Record<string, unknown> }} Response
 * @typedef {{ tags?: string[], summary?: string, description?: string, operationId?: string, parameters?: Parameter[],
 *   requestBody?: { $ref?: string, description?: string, required?: boolean, content?: Content },
 *   responses?: Record<string, Response>, deprecated?: boolean, security?: object[] }} RawOperation
 * @typedef {RawOperation & { method: string, path: string }} OperationOf
 * @typedef {{ openapi: string, info: { title: string, version: string, description?: string }, tags?: { name: string, description?: string }[],
 *   paths?: Record<string, Record<string, any>>, components?: { schemas?: Record<string, Schema> } & Record<string, any> }} Api
 */

const methods = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'];

/** In the order the document names its tags, then of appearance. @param {Api} api */
export function operationsByTag(api) {
  /** @type {Map<string, OperationOf[]>} */
  const groups = new Map((api.tags ?? []).map(({ name }) => [name, []]));
  for (const [path, item] of Object.entries(api.paths ?? {})) {
    for (const method of methods) {
      const raw = item[method];
      if (!raw) continue;
      const operation = { ...raw, method, path, parameters: [...(item.parameters ?? []), ...(raw.parameters ?? [])] };
      const tag = operation.tags?.[0] ?? '';
      groups.set(tag, [...(groups.get(tag) ?? []), operation]);
    }
  }
  return [...groups].map(([tag, operations]) => ({ tag, operations }));
}

/** @param {OperationOf} operation */
export const anchorOf = ({ method, path }) => `${method}${path.replace(/[^\w]+/g, '-').replace(/-$/, '')}`;

/** Every word must be found somewhere in what names the operation. @param {OperationOf} operation @param {string} wanted */
export function matches(operation, wanted) {
  const text = [operation.method, operation.path, operation.summary, operation.description, operation.operationId, operation.tags]
    .join(' ').toLowerCase();
  return wanted.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** Follows a reference within the document. @template {{ $ref?: string }} T @param {Api} api @param {T} thing @returns {T} */
export function resolve(api, thing) {
  if (!thing.$ref?.startsWith('#/')) return thing;
  /** @type {any} */
  let found = api;
  for (const step of thing.$ref.slice(2).split('/')) found = found?.[step.replaceAll('~1', '/').replaceAll('~0', '~')];
  return found ?? thing;
}

/** The name a schema is filed under, when it is a reference to one. @param {Schema} schema */
export const nameOf = (schema) => schema.$ref?.match(/^#\/components\/schemas\/(.+)$/)?.[1] ?? null;
