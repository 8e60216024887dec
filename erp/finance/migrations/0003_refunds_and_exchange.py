import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from suite.core.migrating import AllAtOnce

NEW = {"exchange_gain": "530105", "exchange_loss": "560303"}


def play_roles(apps, schema_editor):
    """Companies that were founded before have the accounts; nobody plays the new roles yet."""
    accounts = apps.get_model("erp_finance", "Account").objects.filter(code__in=NEW.values(), is_leaf=True)
    role_of = {code: role for role, code in NEW.items()}
    Role = apps.get_model("erp_finance", "AccountRole")
    Role.objects.bulk_create(
        Role(company_id=account.company_id, role=role_of[account.code], account=account)
        for account in accounts.filter(is_archived=False)
    )


class Migration(AllAtOnce):

    dependencies = [
        ('core', '0002_guards'),
        ('erp_finance', '0002_guards'),
        ('masterdata', '0002_units_currencies_regions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='moneymovement',
            name='refunds',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refunded_by', to='erp_finance.moneymovement', verbose_name='refund of'),
        ),
        migrations.AlterField(
            model_name='accountrole',
            name='role',
            field=models.CharField(choices=[('cash', 'Cash on hand'), ('bank', 'Bank'), ('receivable', 'Accounts receivable'), ('deposit', 'Customer deposits'), ('undelivered', 'Confirmed orders not yet delivered'), ('payable', 'Accounts payable'), ('received', 'Goods received not invoiced'), ('prepaid', 'Prepayments to suppliers'), ('inventory', 'Inventory'), ('revenue', 'Revenue'), ('service_revenue', 'Revenue from services'), ('cost', 'Cost of sales'), ('service_cost', 'Purchased services'), ('output_vat', 'Output VAT'), ('input_vat', 'Input VAT'), ('stock_gain', 'Stocktake surplus'), ('stock_loss', 'Stocktake shortage'), ('opening', 'Opening balances'), ('bank_charges', 'Bank charges'), ('bad_debt', 'Bad debt losses'), ('bad_debt_recovered', 'Bad debts recovered'), ('exchange_gain', 'Exchange gains'), ('exchange_loss', 'Exchange losses')], max_length=20, verbose_name='role'),
        ),
        migrations.AddIndex(
            model_name='moneymovement',
            index=models.Index(condition=models.Q(('refunds__isnull', False)), fields=['refunds'], name='erp_money_refunds'),
        ),
        migrations.RunPython(play_roles, migrations.RunPython.noop, elidable=True),
    ]
