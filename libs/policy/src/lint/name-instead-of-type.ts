// A rule on the end of a name is undone by renaming; file.extension also looks at what the file is.
import { literalsOf } from './literal.ts';
import { type Rule, restricts } from './rule.ts';

export const nameInsteadOfType: Rule = {
  id: 'name-instead-of-type',
  severity: 'warning',
  check: ({ policy }) => {
    if (!restricts(policy)) return [];
    return literalsOf(policy)
      .filter(({ field, operator, values }) => {
        const extensions = values.every((value) => /^\.[a-z0-9]{1,8}$/u.test(value));
        return field === 'file.name' && operator === 'endsWith' && extensions;
      })
      .map(({ path, values }) => ({
        path,
        message: 'Renaming the file gets around this row.',
        remedy: `Use {field: file.extension, operator: equals, values: [${values.map((one) => one.slice(1)).join(', ')}]}: it also knows the detected type.`,
      }));
  },
};
